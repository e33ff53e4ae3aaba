import { runService } from '@linewatch/runtime';
import { subscriptionAuthorization } from './subscription-authorization.module';

void runService(subscriptionAuthorization);
