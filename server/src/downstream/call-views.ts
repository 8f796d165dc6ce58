import type { CallView } from '@entra-bff/shared'
import { apiScopes, fullScopeName } from '../config/scopes.ts'
import type { Call } from './calls.ts'

/** @returns a function from the full names of the granted scopes to the calls of the Welcome view */
export function callViews(calls: readonly Call[]): (granted: readonly string[]) => CallView[] {
  const listed = calls
    .filter((call) => call.listed)
    .map(({ id, title, scopes }) => ({
      view: { id, title, scopes: [...scopes] },
      needed: apiScopes(scopes).map((scope) => fullScopeName(scope)),
    }))
  return (granted) => {
    // Records of older versions hold short names.
    const names = granted.map((scope) => (scope.includes('/') ? scope : fullScopeName(scope)))
    return listed.map(({ view, needed }) => ({
      ...view,
      granted: needed.every((scope) => names.includes(scope)),
    }))
  }
}
