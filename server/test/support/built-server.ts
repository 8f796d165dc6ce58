import { fileURLToPath } from 'node:url'

const folder = process.env['SERVER_FOLDER'] ?? 'bundle'

/** The built server: the bundle, as in production. `pnpm mutate` sets `SERVER_FOLDER` to `dist`. */
export const builtServer = fileURLToPath(new URL(`../../${folder}/main.js`, import.meta.url))
