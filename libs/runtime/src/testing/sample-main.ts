import { runService } from '../run-service';
import { sampleService } from './sample-service';

void runService(sampleService);
