/** The settings of this portal: where the API and the log-in service are. */

import { Refusal, refused, send } from "./refusal.js";

const STARTING_SECONDS = 60;
let settings;

/** `/config.json`; while the portal is still starting it is asked again. */
export function config() {
  settings ??= read().catch((error) => {
    settings = undefined;
    throw error;
  });
  return settings;
}

async function read() {
  for (let waited = 0; ; waited += 1) {
    const response = await send("/config.json");
    if (response.ok) return response.json().catch(refused);
    if (response.status !== 503 || waited >= STARTING_SECONDS) throw await Refusal.of(response);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
