/** One of Microsoft's clouds: each has a sign-in host and a Graph of its own. */
interface Cloud {
  /** Host of the authority. */
  login: string
  /** Other hosts that lead there; the issuer of all tokens is that of `login`. */
  aliases: readonly string[]
  /** Origins of Microsoft Graph, the usual one first. */
  graphs: readonly [string, ...string[]]
}

/**
 * Microsoft, "National clouds" and "Microsoft Graph national cloud deployments"; the sovereign clouds
 * of France, Germany and Singapore as `Get-MgEnvironment` of the Microsoft Graph PowerShell SDK has
 * them.
 */
const publicCloud: Cloud = {
  login: 'login.microsoftonline.com',
  aliases: ['login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
  graphs: ['https://graph.microsoft.com'],
}
const clouds: readonly Cloud[] = [
  publicCloud,
  {
    login: 'login.microsoftonline.us',
    aliases: ['login.usgovcloudapi.net'],
    // The second one is of the Department of Defense.
    graphs: ['https://graph.microsoft.us', 'https://dod-graph.microsoft.us'],
  },
  {
    login: 'login.partner.microsoftonline.cn',
    aliases: ['login.chinacloudapi.cn'],
    graphs: ['https://microsoftgraph.chinacloudapi.cn'],
  },
  sovereignCloud('fr'),
  sovereignCloud('de'),
  sovereignCloud('sg'),
]

function sovereignCloud(country: string): Cloud {
  return {
    login: `login.sovcloud-identity.${country}`,
    aliases: [],
    graphs: [`https://graph.svc.sovcloud.${country}`],
  }
}

export function isPublicCloud(loginHost: string): boolean {
  return loginHost === publicCloud.login
}

/** Whether it is the sign-in host of one of the clouds; External ID has hosts of its own. */
export function isLoginHost(host: string): boolean {
  return clouds.some(({ login }) => login === host)
}

/** The sign-in host that another name stands for. */
export function loginHostOf(alias: string): string | undefined {
  return clouds.find(({ aliases }) => aliases.includes(alias))?.login
}

export const publicGraph = publicCloud.graphs[0]

/** The Graphs that take the tokens of an authority. External ID has the public cloud's. */
export function graphsOf(authority: string): Cloud['graphs'] {
  const { hostname } = new URL(authority)
  return (clouds.find(({ login }) => login === hostname) ?? publicCloud).graphs
}

/** Whether an origin is Microsoft Graph's, in any cloud. */
export function isGraph(origin: string): boolean {
  return clouds.some(({ graphs }) => graphs.includes(origin))
}
