interface Cloud {
  /** `cloud_instance_name` of the discovery document. */
  instance: string
  /** `cloud_graph_host_name`: the host of the retired Azure AD Graph. */
  azureGraph: string
  /** Origins of Graph. A scope may begin with such an origin. */
  graph: readonly string[]
}

const worldwide: Cloud = {
  instance: 'microsoftonline.com',
  azureGraph: 'graph.windows.net',
  graph: ['https://graph.microsoft.com'],
}

/** National clouds by the host of their authority (Microsoft, "National cloud deployments"). */
const nationalClouds: Record<string, Cloud> = {
  'login.microsoftonline.us': {
    instance: 'microsoftonline.us',
    azureGraph: 'graph.windows.net',
    graph: ['https://graph.microsoft.us', 'https://dod-graph.microsoft.us'],
  },
  'login.partner.microsoftonline.cn': {
    instance: 'partner.microsoftonline.cn',
    azureGraph: 'graph.chinacloudapi.cn',
    graph: ['https://microsoftgraph.chinacloudapi.cn'],
  },
}

interface Origins {
  origin: string
  graphOrigin: string
}

export function cloudOf({ origin }: Pick<Origins, 'origin'>): Cloud {
  return nationalClouds[new URL(origin).host] ?? worldwide
}

/** The origins that name Graph at the start of a scope, including the emulator's own. */
export function graphIdentifiersOf(origins: Origins): string[] {
  return [...cloudOf(origins).graph, origins.graphOrigin.toLowerCase()]
}

/** The `aud` of access tokens for Graph: the real Graph's origin if the emulator has no https. */
export function graphAudienceOf({ origin, graphOrigin }: Origins): string {
  const isHttps = graphOrigin.startsWith('https:')
  return isHttps ? graphOrigin : (cloudOf({ origin }).graph[0] ?? graphOrigin)
}
