import { runService } from '@linewatch/runtime';
import { consoleService } from './console.module';

void runService(consoleService);
