import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

/** A file of the built SPA in the forms that can be sent. */
export interface BuiltFile {
  original: Form
  /** Compressed, the smallest first. */
  copies: readonly Copy[]
}

interface Form {
  etag: string
  headers: Readonly<Record<string, string>>
  body: Buffer
}

interface Copy extends Form {
  /** A content coding (RFC 9110 section 8.4.1). */
  encoding: string
}

/** The build makes these copies of each text file: `<file>.br`, `<file>.gz`. */
const suffixes = { br: '.br', gzip: '.gz' }

const contentTypes = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.json', 'application/json'],
  ['.webmanifest', 'application/manifest+json'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.webp', 'image/webp'],
  ['.avif', 'image/avif'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
])

/**
 * Reads the files of a build into memory, so that no request leads to the disk. Leaves out hidden files.
 * @returns the files by the paths that browsers ask for
 */
export function readBuild(folder: string): ReadonlyMap<string, BuiltFile> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `/${relative(folder, join(parentPath, name))}`)
    .map((path) => path.replaceAll(sep, '/'))
    .filter((path) => !path.includes('/.'))
  const copies = Object.entries(suffixes)
  const originals = paths.filter((path) => !copies.some(([, suffix]) => path.endsWith(suffix)))
  return new Map(originals.map((path) => [path, readFile(path)]))

  function readFile(path: string): BuiltFile {
    const existing = copies.filter(([, suffix]) => paths.includes(path + suffix))
    return {
      original: readForm(path, path),
      copies: existing.map(([encoding, suffix]) => {
        const { headers, ...form } = readForm(path, path + suffix)
        return { encoding, ...form, headers: { ...headers, 'content-encoding': encoding } }
      }),
    }
  }

  function readForm(path: string, stored: string): Form {
    const body = readFileSync(join(folder, stored))
    const etag = `"${hash('sha256', body, 'base64url')}"`
    return { etag, headers: headersOf(path, etag), body }
  }
}

function headersOf(path: string, etag: string): Record<string, string> {
  // Names of built assets hold a hash of their content.
  const isHashed = path.startsWith('/assets/')
  return {
    'content-type': contentTypes.get(extname(path)) ?? 'application/octet-stream',
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
    vary: 'accept-encoding',
  }
}
