import { randomBytes, randomUUID } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../../scripts/support/paths.ts'
import { makeCertificates } from '../../test/support/certificates.ts'
import { freePort } from '../../test/support/free-port.ts'
import { hasRedis } from '../../test/support/redis-server.ts'
import { Child, loadCore } from './child.ts'

/** Paths to which the identity provider sends a browser back, one for each kind of server. */
const redirectPaths = ['/getAToken', '/callback', '/auth/redirect', '/protected/callback']

/** What all servers of one run share. */
export interface World {
  /** Removed at the end. */
  readonly folder: string
  /** Folder with `app.js`: the bytes that this server sends for the script of its page. */
  readonly assets: string
  /** Path of that script at this server. */
  readonly script: string
  /** The authority of the identity provider's certificate: its file and its content. */
  readonly caFile: string
  readonly ca: string
  /** Redis, for servers that keep their sessions there; empty where it is not installed. */
  readonly redisUrl: string
  readonly settings: Readonly<
    Record<'AUTHORITY' | 'CLIENT_ID' | 'CLIENT_SECRET' | 'ENDPOINT', string>
  >
}

/** Starts the identity provider, the stand-in for Graph, and Redis. */
export async function openWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-bench-'))
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  // Apache's workers run as another user.
  chmodSync(folder, 0o755)
  const client = { CLIENT_ID: randomUUID(), CLIENT_SECRET: randomBytes(20).toString('base64url') }
  const certificates = await makeCertificates(folder, ['localhost'])
  const keyFile = join(folder, 'key.pem')
  const certificateFile = join(folder, 'certificate.pem')
  writeFileSync(keyFile, certificates.key)
  writeFileSync(certificateFile, certificates.certificate)
  const redirectUris = redirectPaths.map((path) => `http://localhost${path}`)
  const AUTHORITY = await startHelper(
    'entra.js',
    [keyFile, certificateFile, ...redirectUris],
    client,
  )
  const ENDPOINT = await startHelper('graph.js')
  return {
    folder,
    ...copyScript(folder),
    caFile: certificates.authorityFile,
    ca: certificates.authority,
    redisUrl: hasRedis ? await startRedis() : '',
    settings: { ...client, AUTHORITY, ENDPOINT },
  }
}

/** @returns the line that the program prints when it serves */
function startHelper(file: string, args: string[] = [], env = {}): Promise<string> {
  const command = [process.execPath, appPath(file), ...args]
  return new Child(command, { cores: [loadCore], env, stdout: 'pipe' }).firstLine()
}

/** Redis as Debian ships it, without snapshots on disk. */
async function startRedis(): Promise<string> {
  const port = String(await freePort())
  const command = ['redis-server', '--port', port, '--bind', '127.0.0.1', '--save', '']
  await new Child(command, { cores: [loadCore], stdout: 'pipe' }).firstLine(/Ready to accept/)
  return `redis://127.0.0.1:${port}`
}

/** The path of a built program of `apps`. */
export function appPath(file: string): string {
  return join(root, 'server/bench/apps/dist', file)
}

/** Copies the script of the page as a browser gets it: compressed. */
function copyScript(folder: string): Pick<World, 'assets' | 'script'> {
  const web = join(root, 'web/dist')
  const html = readFileSync(join(web, 'index.html'), 'utf8')
  const script = /<script [^>]*src="([^"]+)"/.exec(html)?.[1]
  if (script === undefined) throw new Error('the built page names no script')
  const assets = join(folder, 'assets')
  const compressed = join(web, `${script}.br`)
  mkdirSync(assets)
  copyFileSync(existsSync(compressed) ? compressed : join(web, script), join(assets, 'app.js'))
  return { assets, script }
}
