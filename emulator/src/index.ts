export { startEmulator } from './start.ts'
export type { Emulator, EmulatorOptions } from './emulator.ts'
export {
  sampleClient,
  sampleClientId,
  sampleClientSecret,
  type AppRole,
  type ClientRegistration,
  type OptionalIdTokenClaim,
} from './directory/clients.ts'
export { securityGroups, type Group } from './directory/groups.ts'
export type { ConditionalAccessPolicy } from './conditional-access/policies.ts'
export { contoso, fabrikam, type Tenant } from './directory/tenants.ts'
export { sampleUsers, type SampleUser } from './directory/users.ts'
export type { EntraFault, Fault } from './control/faults.ts'
export type { RecordedRequest } from './control/request-log.ts'
export type { EndpointName } from './endpoint-names.ts'
export type { Lifetimes } from './lifetimes.ts'
export type { ChangeClaims, IdTokenClaims, TamperOptions } from './signing/tampering.ts'
