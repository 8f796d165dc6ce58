import { readFileSync } from 'node:fs'
import type { AppInfo } from '@entra-bff/shared'
import { packageFolder } from './package-folder.ts'

export function appInfo(demo: AppInfo['demo']): AppInfo {
  const text = readFileSync(new URL('package.json', packageFolder), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return { name: 'entra-bff', version, ...(demo && { demo }) }
}
