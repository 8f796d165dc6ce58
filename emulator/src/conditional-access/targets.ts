import type { Resource } from '../scopes/resources.ts'
import { requestedValues } from './claims-parameter.ts'

/** What a request touches, as policies name it: the app, the resource, and what its claims ask for. */
export function targetsOf(clientId: string, resource: Resource, claims: string | null): string[] {
  return [
    clientId,
    resource.kind === 'graph' ? 'graph' : resource.clientId,
    ...requestedValues(claims, 'id_token', 'acrs'),
    ...requestedValues(claims, 'access_token', 'acrs'),
    ...requestedValues(claims, 'access_token', 'capolids'),
  ]
}
