import { runService } from '@linewatch/runtime';
import { sipEdge } from './sip-edge.module';

void runService(sipEdge);
