import { restoreManifest } from './original.ts';

restoreManifest();
