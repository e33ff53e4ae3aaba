import { runService } from '@linewatch/runtime';
import { presenceState } from './presence-state.module';

void runService(presenceState);
