/** The endpoints, as tests name them in `failNext` and `requests`. */
export type EndpointName =
  | 'discovery'
  | 'keys'
  | 'authorize'
  | 'token'
  | 'devicecode'
  | 'logout'
  | 'userinfo'
  | 'graph'
  | 'me'
  | 'photo'
  | 'events'
  | 'event'
  | 'message'
  | 'memberOf'
  | 'checkMemberGroups'

const graphResources: readonly EndpointName[] = [
  'me',
  'photo',
  'events',
  'event',
  'message',
  'memberOf',
  'checkMemberGroups',
]

/** Whether a name includes an endpoint: `graph` includes each resource of Graph. */
export function includesEndpoint(name: EndpointName, endpoint: EndpointName): boolean {
  return name === endpoint || (name === 'graph' && graphResources.includes(endpoint))
}
