import { type Config, loadConfig } from '../config/config.ts'
import { isPrivateTransport } from '../config/loopback.ts'
import { ConfigError } from '../config/reader.ts'
import type { Tell } from './finding.ts'

const remedy = 'Correct it in .env or the environment. .env.sample explains it.'

/** Tells what the start of the server would tell. @returns undefined when the server would not start */
export function checkSettings(
  env: Readonly<Record<string, string | undefined>>,
  tell: Tell,
): Config | undefined {
  const config = readConfig(env, tell)
  if (!config) return undefined
  const wrong = config.setup.filter(({ status }) => status !== 'present')
  for (const { name, status, detail } of wrong) {
    tell.fail(`${name} is ${status}: ${detail}`, remedy)
  }
  if (!isPrivateTransport(new URL(config.publicUrl))) {
    tell.warn(
      'INSECURE_HTTP is on: others on the network can read sessions and use them',
      'Put a proxy that ends TLS in front, and write https:// in PUBLIC_URL.',
    )
  }
  // The server itself speaks http only, so a proxy is in front.
  if (config.secure && !config.trustProxy) {
    tell.warn(
      'TRUST_PROXY is false: RATE_LIMIT counts everybody behind the proxy as one address',
      'Write the addresses of the proxy in TRUST_PROXY.',
    )
  }
  if (wrong.length === 0) tell.ok('all settings are valid')
  return config
}

function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  tell: Tell,
): Config | undefined {
  try {
    return loadConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) tell.fail(problem, remedy)
    return undefined
  }
}
