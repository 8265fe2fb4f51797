import { answerToOwnName } from './own-name.ts';

/** For `node --import`: runs an operator's own tests where they can import 'tillstream'. */
answerToOwnName();
