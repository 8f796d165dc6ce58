export { startEmulator } from './start.ts'
export type { Emulator, EmulatorOptions } from './emulator.ts'
export {
  sampleClient,
  sampleClientId,
  sampleClientSecret,
  type ClientRegistration,
  type OptionalIdTokenClaim,
} from './clients.ts'
export { contoso, fabrikam, sampleUsers, type SampleUser, type Tenant } from './directory.ts'
export type { EntraFault, Fault } from './faults.ts'
export type { EndpointName, RecordedRequest } from './requests.ts'
export type { Lifetimes } from './lifetimes.ts'
export type { ChangeClaims, IdTokenClaims, TamperOptions } from './entra/tampering.ts'
