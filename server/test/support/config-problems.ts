import { loadConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config/reader.ts'

/** Good values of an app registration. */
export const registered = {
  CLIENT_ID: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  CLIENT_SECRET: 'some~secret~value',
  AUTHORITY: 'https://login.microsoftonline.com/organizations/',
}

/** What the server says is wrong with these settings. */
export function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
