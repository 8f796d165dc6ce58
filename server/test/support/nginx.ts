import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const command = ['nginx', '/usr/sbin/nginx'].find((file) => spawnSync(file, ['-v']).status === 0)
/** `pnpm test` installs nginx, or says why the tests that need it are skipped. */
export const hasNginx = command !== undefined

const example = new URL('../../../deploy/nginx.conf', import.meta.url)

export interface NginxOptions {
  /** Where it listens, on 127.0.0.1. */
  port: number
  /** The ports of the two servers behind it. */
  servers: readonly [number, number]
  /** PEM texts, and the port that sends browsers to https. Without them nginx speaks plain HTTP/1.1. */
  tls?: { certificate: string; key: string; redirectPort: number }
}

/** Debian's nginx with `deploy/nginx.conf`, in which only addresses, ports and certificates are others. */
export class Nginx {
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #kill = () => this.#child.kill('SIGTERM')

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder
    this.#child = child
    process.once('exit', this.#kill)
  }

  static async start(options: NginxOptions): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), 'entra-bff-nginx-'))
    writeFileSync(join(folder, 'site.conf'), siteOf(folder, options))
    const file = join(folder, 'nginx.conf')
    writeFileSync(file, mainConfiguration(folder))
    const stdio = ['ignore', 'inherit', 'pipe'] as const
    const child = spawn(command ?? 'nginx', ['-c', file, '-e', 'stderr'], { stdio: [...stdio] })
    const nginx = new Nginx(folder, child)
    const lines: string[] = []
    for await (const line of createInterface(child.stderr)) {
      lines.push(line)
      if (line.includes('start worker process ')) {
        child.stderr.resume()
        return nginx
      }
    }
    throw new Error(`nginx ended:\n${lines.join('\n')}`)
  }

  async close(): Promise<void> {
    process.off('exit', this.#kill)
    const ended = once(this.#child, 'exit')
    this.#kill()
    await ended
    rmSync(this.#folder, { recursive: true })
  }
}

function siteOf(folder: string, { port, servers, tls }: NginxOptions): string {
  const site = readFileSync(example, 'utf8')
    .replace('172.28.0.11:3000', `127.0.0.1:${String(servers[0])}`)
    .replace('172.28.0.12:3000', `127.0.0.1:${String(servers[1])}`)
    .replace('listen 443', `listen 127.0.0.1:${String(port)}`)
  if (!tls) return withoutTls(site)
  const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
  writeFileSync(certificate, tls.certificate)
  writeFileSync(key, tls.key)
  return site
    .replace('/run/secrets/tls_certificate', certificate)
    .replace('/run/secrets/tls_key', key)
    .replace('listen 80', `listen 127.0.0.1:${String(tls.redirectPort)}`)
}

/** The part before the last server, which only sends browsers to https. */
function withoutTls(site: string): string {
  return site
    .slice(0, site.lastIndexOf('server {'))
    .replace(' ssl http2', '')
    .replaceAll(/^ *ssl_.*$/gm, '')
}

/** What the example leaves to the file that includes it. All other files lie in the folder, too. */
function mainConfiguration(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events { worker_connections 1024; }
http {
${temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  access_log off;
  include ${folder}/site.conf;
}
`
}
