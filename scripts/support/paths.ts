import { fileURLToPath } from 'node:url'

/** The top folder of the project, where the settings file and the data folder are too. */
export const root = fileURLToPath(new URL('../..', import.meta.url))
