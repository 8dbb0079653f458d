// Runs all stories against one demonstration, in one browser and one process: `bin/test browser` does it.
import { after } from 'node:test';
import { stop } from './desk.mjs';

for (const story of ['public', 'officer', 'head', 'entry', 'vouched', 'rights', 'paper', 'sms', 'looks']) await import(`./stories/${story}.mjs`);

after(stop);
