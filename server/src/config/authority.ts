import { isLoginHost, isPublicCloud, loginHostOf } from './clouds.ts'
import { isGuid } from './guid.ts'
import { isPrivateTransport } from './loopback.ts'

const example = 'https://login.microsoftonline.com/<tenant id>'
const externalIdExample = 'https://<name>.ciamlogin.com/<tenant id>'
const externalIdDomain = '.ciamlogin.com'
const domainName = /^[a-z\d-]+(\.[a-z\d-]+)+$/i
const accountTypes = ['common', 'organizations', 'consumers']

/** `authority` has no slash at the end. `problem` is a sentence for the Setup view. */
export type ParsedAuthority = { authority: string } | { problem: string }

/**
 * Accepts authorities of Microsoft Entra ID and External ID. An unknown host may be a custom domain:
 * `entra/discovery.ts` checks the document that the host publishes.
 */
export function parseAuthority(text: string): ParsedAuthority {
  if (!URL.canParse(text)) return { problem: `Must be a URL: ${example}` }
  const url = new URL(text)
  const segments = url.pathname.split('/').filter(Boolean)
  if (segments.at(-1) === 'v2.0') segments.pop()
  if (isExternalId(url) && segments.length === 0) segments.push(tenantDomainOf(url))
  const problem =
    problemOfAddress(url) ?? problemOfProduct(url, segments) ?? problemOfTenant(url, segments)
  return problem === undefined ? { authority: `${url.origin}/${segments.join('/')}` } : { problem }
}

function problemOfAddress(url: URL): string | undefined {
  if (!isPrivateTransport(url)) return 'Must begin with https://'
  if (url.search || url.hash || url.username || url.password) {
    return 'Must end after the tenant, without query, fragment or password'
  }
  const host = loginHostOf(url.hostname)
  return host && `Write https://${host}/<tenant id>; ${url.hostname} is only another name for it`
}

function problemOfProduct({ hostname }: URL, segments: readonly string[]): string | undefined {
  const [first = ''] = segments.map((segment) => segment.toLowerCase())
  if (first === 'adfs') return `AD FS is not supported, only Microsoft Entra ID: ${example}`
  const isB2c = hostname.endsWith('.b2clogin.com') || first === 'tfp' || segments.some(isB2cPolicy)
  return isB2c
    ? `Azure AD B2C is not supported, only Microsoft Entra External ID: ${externalIdExample}`
    : undefined
}

function isB2cPolicy(segment: string): boolean {
  return /^b2c_1a?_/i.test(segment)
}

function problemOfTenant(url: URL, segments: readonly string[]): string | undefined {
  const [tenant = '', ...more] = segments
  const isAccountType = accountTypes.includes(tenant)
  if (more.length > 0 || !(isGuid(tenant) || domainName.test(tenant) || isAccountType)) {
    return 'Must end in one tenant: its id (a GUID), its domain, "organizations" or "common"'
  }
  if (isAccountType && isExternalId(url)) return `Must name the tenant: ${externalIdExample}`
  const isElsewhere = isLoginHost(url.hostname) && !isPublicCloud(url.hostname)
  return tenant === 'consumers' && isElsewhere
    ? 'This cloud has no personal accounts; write a tenant id, "organizations" or "common"'
    : undefined
}

function isExternalId({ hostname }: URL): boolean {
  return hostname.endsWith(externalIdDomain)
}

/** `https://contoso.ciamlogin.com` stands for the tenant contoso.onmicrosoft.com, as in MSAL. */
function tenantDomainOf({ hostname }: URL): string {
  return `${hostname.slice(0, -externalIdDomain.length)}.onmicrosoft.com`
}
