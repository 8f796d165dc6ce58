interface Cloud {
  /** `cloud_instance_name` of the discovery document. */
  instance: string
  /** `cloud_graph_host_name`: the host of the retired Azure AD Graph. */
  azureGraph: string
  /** Where Graph is, and the resource that its scopes may name. */
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

/** The addresses that stand for Graph in a scope; the emulator's own is one of them. */
export function graphIdentifiersOf(origins: Origins): string[] {
  return [...cloudOf(origins).graph, origins.graphOrigin.toLowerCase()]
}

/** The audience of Graph's tokens. An emulator on this machine calls itself by the real name. */
export function graphAudienceOf({ origin, graphOrigin }: Origins): string {
  const isPublic = graphOrigin.startsWith('https:')
  return isPublic ? graphOrigin : (cloudOf({ origin }).graph[0] ?? graphOrigin)
}
