import { runService } from '@linewatch/runtime';
import { sccpEdge } from './sccp-edge.module';

void runService(sccpEdge);
