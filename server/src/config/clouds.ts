/** A cloud of Microsoft, with its own login host and its own Graph. */
interface Cloud {
  /** Host name in authorities and in the issuer of all tokens. */
  loginHost: string
  /** Other names of the login host. */
  aliases: readonly string[]
  /** Origins of Microsoft Graph, the default first. */
  graphs: readonly [string, ...string[]]
}

/**
 * Source: Microsoft, "National clouds" and "Microsoft Graph national cloud deployments". Source for
 * the clouds of France, Germany and Singapore: `Get-MgEnvironment` of the Microsoft Graph PowerShell SDK.
 */
const publicCloud: Cloud = {
  loginHost: 'login.microsoftonline.com',
  aliases: ['login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
  graphs: ['https://graph.microsoft.com'],
}
const clouds: readonly Cloud[] = [
  publicCloud,
  {
    loginHost: 'login.microsoftonline.us',
    aliases: ['login.usgovcloudapi.net'],
    // The second origin is for the US Department of Defense.
    graphs: ['https://graph.microsoft.us', 'https://dod-graph.microsoft.us'],
  },
  {
    loginHost: 'login.partner.microsoftonline.cn',
    aliases: ['login.chinacloudapi.cn'],
    graphs: ['https://microsoftgraph.chinacloudapi.cn'],
  },
  sovereignCloud('fr'),
  sovereignCloud('de'),
  sovereignCloud('sg'),
]

function sovereignCloud(country: string): Cloud {
  return {
    loginHost: `login.sovcloud-identity.${country}`,
    aliases: [],
    graphs: [`https://graph.svc.sovcloud.${country}`],
  }
}

export function isPublicCloud(host: string): boolean {
  return host === publicCloud.loginHost
}

/** True for the login host of a cloud. External ID has other hosts. */
export function isLoginHost(host: string): boolean {
  return clouds.some(({ loginHost }) => loginHost === host)
}

/** The login host that an alias such as login.windows.net stands for. */
export function loginHostOf(alias: string): string | undefined {
  return clouds.find(({ aliases }) => aliases.includes(alias))?.loginHost
}

export const publicGraph = publicCloud.graphs[0]

/** Origins of Graph for tokens of an authority. External ID uses the public cloud's Graph. */
export function graphsOf(authority: string): Cloud['graphs'] {
  const { hostname } = new URL(authority)
  return (clouds.find(({ loginHost }) => loginHost === hostname) ?? publicCloud).graphs
}

/** True for the origin of Microsoft Graph in any cloud. */
export function isGraph(origin: string): boolean {
  return clouds.some(({ graphs }) => graphs.includes(origin))
}
