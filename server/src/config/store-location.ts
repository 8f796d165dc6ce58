import { readFileSync } from 'node:fs'
import type { SettingsReader } from './reader.ts'

/** `SESSION_STORE`: where sessions are kept. */
export type StoreLocation = { kind: 'memory' } | { kind: 'file'; folder: string } | RedisLocation

export interface RedisLocation {
  kind: 'redis'
  /** The setting without user and password, for messages. */
  label: string
  topology: 'server' | 'sentinel' | 'cluster'
  /** The server, the sentinels, or some nodes of the cluster. */
  nodes: readonly RedisNode[]
  /** The name by which Sentinel knows the servers; undefined without Sentinel. */
  master: string | undefined
  database: number
  username: string | undefined
  password: string | undefined
  /** PEM texts. Undefined: the connection is not encrypted. */
  tls: { ca?: string; cert?: string; key?: string } | undefined
}

interface RedisNode {
  host: string
  port: number
}

const defaultPorts = { server: 6379, sentinel: 26_379, cluster: 6379 }
const tlsFiles = { ca: 'REDIS_CA_FILE', cert: 'REDIS_CERT_FILE', key: 'REDIS_KEY_FILE' } as const

const rule =
  'must be file:<folder>, memory:, redis://<user>:<password>@<host>:<port>/<database>, ' +
  'redis+sentinel://<hosts>/<database>?master=<name> or redis+cluster://<hosts>; ' +
  'rediss for TLS; user and password percent-encoded'

export function readStoreLocation(reader: SettingsReader): StoreLocation {
  const value = reader.secret('SESSION_STORE') ?? 'file:.data'
  const tls = readTls(reader)
  if (value === 'memory:') return { kind: 'memory' }
  if (/^file:./.test(value)) return { kind: 'file', folder: value.slice('file:'.length) }
  const redis = parseRedis(value)
  if (!redis) {
    reader.problem('SESSION_STORE', rule)
    return { kind: 'file', folder: '' }
  }
  if (value.startsWith('rediss')) return { ...redis, tls }
  for (const part of ['ca', 'cert', 'key'] as const) {
    if (tls[part] !== undefined) reader.problem(tlsFiles[part], 'needs rediss in SESSION_STORE')
  }
  return { ...redis, tls: undefined }
}

/** The value of `SESSION_STORE`, for messages. It tells no password. */
export function storeSettingOf(store: StoreLocation): string {
  if (store.kind === 'redis') return store.label
  return store.kind === 'memory' ? 'memory:' : `file:${store.folder}`
}

// A URL has one host, so `URL` cannot parse the lists of Sentinel and Cluster.
const form =
  /^rediss?(?:\+(?<group>sentinel|cluster))?:\/\/(?:(?<user>[^:@/?]*):(?<secret>[^@/?]*)@)?(?<hosts>[^@/?]+)(?:\/(?<database>\d{0,5}))?(?:\?master=(?<master>[\w.-]+))?$/

function parseRedis(value: string): Omit<RedisLocation, 'tls'> | undefined {
  const parts = form.exec(value)?.groups
  if (!parts) return undefined
  const { group, user, secret, hosts = '', database, master } = parts
  const topology = group === 'sentinel' || group === 'cluster' ? group : 'server'
  const nodes = hosts.split(',').flatMap((host) => parseNode(host, defaultPorts[topology]) ?? [])
  if (nodes.length < hosts.split(',').length) return undefined
  if (topology === 'server' && nodes.length > 1) return undefined
  if ((topology === 'sentinel') !== (master !== undefined)) return undefined
  if (topology === 'cluster' && Number(database ?? 0) > 0) return undefined
  try {
    return {
      kind: 'redis',
      label: value.replace(/\/\/[^@/]*@/, '//'),
      topology,
      nodes,
      master,
      database: Number(database ?? 0),
      username: user ? decodeURIComponent(user) : undefined,
      password: secret ? decodeURIComponent(secret) : undefined,
    }
  } catch {
    return undefined
  }
}

function parseNode(text: string, defaultPort: number): RedisNode | undefined {
  const parts = /^(?:\[(?<ipv6>[\da-f:.]+)\]|(?<name>[\w.-]+))(?::(?<port>\d{1,5}))?$/i.exec(text)
  const host = parts?.groups?.['ipv6'] ?? parts?.groups?.['name']
  const port = Number(parts?.groups?.['port'] ?? defaultPort)
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

function readTls(reader: SettingsReader): NonNullable<RedisLocation['tls']> {
  const [ca, cert, key] = [tlsFiles.ca, tlsFiles.cert, tlsFiles.key].map((name) =>
    readText(reader, name),
  )
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

function readText(reader: SettingsReader, name: string): string | undefined {
  const file = reader.text(name)
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    reader.problem(name, `cannot be read: ${error instanceof Error ? error.message : ''}`)
    return undefined
  }
}
