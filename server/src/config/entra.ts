import { type Prompt, prompts, type SettingStatus } from '@entra-bff/shared'
import { readAllowedTenants } from './allowed-tenants.ts'
import { parseAuthority } from './authority.ts'
import { isGuid } from './guid.ts'
import type { SettingsReader } from './reader.ts'

/** The app registration in Microsoft Entra ID, and how people sign in with it. */
export interface EntraSettings {
  clientId: string
  clientSecret: string
  /** The authority without a slash at the end: `https://login.microsoftonline.com/<tenant>`. */
  authority: string
  /** If undefined, no `prompt` is sent and Entra signs in a known account silently. */
  prompt: Prompt | undefined
  /** Ids of the tenants that may sign in. If empty, all tenants of the authority may. */
  allowedTenants: string[]
}

const placeholder = /[<>{}]|^enter[_ ]|your[_ -]|\.\.\./i

/** The server starts even when values are missing or wrong. The Setup view shows these values. */
export function readEntraSettings(reader: SettingsReader): {
  entra: EntraSettings | undefined
  setup: SettingStatus[]
} {
  const clientId = reader.text('CLIENT_ID')
  const clientSecret = reader.secret('CLIENT_SECRET')
  const authority = reader.text('AUTHORITY')
  const setup = [
    statusOf('CLIENT_ID', clientId, 'Application (client) ID', idProblem),
    statusOf('CLIENT_SECRET', clientSecret, 'The value of a client secret', secretProblem),
    statusOf(
      'AUTHORITY',
      authority,
      'https://login.microsoftonline.com/<tenant id>',
      authorityProblem,
    ),
  ]
  const prompt = reader.oneOf('PROMPT', [...prompts, 'auto'], 'select_account')
  const complete = setup.every((setting) => setting.status === 'present')
  const parsed = parseAuthority(authority ?? '')
  const allowedTenants = readAllowedTenants(
    reader,
    'authority' in parsed ? parsed.authority : undefined,
  )
  if (!complete || !clientId || !clientSecret || 'problem' in parsed) {
    return { entra: undefined, setup }
  }
  const entra = {
    clientId,
    clientSecret,
    ...parsed,
    prompt: prompt === 'auto' ? undefined : prompt,
    allowedTenants,
  }
  return { entra, setup }
}

function statusOf(
  name: string,
  value: string | undefined,
  meaning: string,
  findProblem: (value: string) => string | undefined,
): SettingStatus {
  if (value === undefined) return { name, status: 'missing', detail: meaning }
  const problem = placeholder.test(value) ? 'Still holds the example text' : findProblem(value)
  if (problem !== undefined) return { name, status: 'invalid', detail: problem }
  return { name, status: 'present', detail: meaning }
}

function idProblem(value: string): string | undefined {
  return isGuid(value) ? undefined : 'Must be a GUID: the Application (client) ID'
}

function secretProblem(value: string): string | undefined {
  return isGuid(value) ? "Looks like the secret's ID; copy its Value instead" : undefined
}

function authorityProblem(value: string): string | undefined {
  const parsed = parseAuthority(value)
  return 'problem' in parsed ? parsed.problem : undefined
}
