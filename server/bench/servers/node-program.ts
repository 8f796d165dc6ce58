import { Child, serverCore } from '../world/child.ts'
import { appPath, type World } from '../world/world.ts'
import type { Sample } from './bench-server.ts'

/** Starts a program of `apps` by Node, or by another runtime. */
export function startApp(
  file: string,
  { settings, assets, caFile, folder }: World,
  { sessionBody }: Sample,
  port: number,
  { args = [], runtime = process.execPath }: { args?: readonly string[]; runtime?: string } = {},
): Child {
  return new Child([runtime, appPath(file), ...args], {
    cores: [serverCore],
    env: {
      ...settings,
      NODE_ENV: 'production',
      NODE_EXTRA_CA_CERTS: caFile,
      PORT: String(port),
      ASSETS: assets,
      SESSION_BODY: sessionBody,
      // As long as Entra's.
      ACCESS_TOKEN: 'x'.repeat(2_000),
      FOLDER: `${folder}/${String(port)}`,
    },
  })
}
