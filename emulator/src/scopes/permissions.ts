interface Permission {
  /** The text on the consent page. */
  words: string
  needsAdministrator?: true
}

const openid = new Map<string, Permission>([
  ['openid', { words: 'Sign you in' }],
  ['profile', { words: 'View your basic profile' }],
  ['email', { words: 'View your email address' }],
  ['offline_access', { words: 'Maintain access to data you have given it access to' }],
])

/** Delegated permissions of Graph, a selection (Microsoft Graph permissions reference). */
const graph = new Map<string, Permission>([
  ['User.Read', { words: 'Sign you in and read your profile' }],
  ['User.ReadBasic.All', { words: 'Read all users’ basic profiles' }],
  ['User.ReadWrite', { words: 'Read and update your profile' }],
  ['User.Read.All', { words: 'Read all users’ full profiles', needsAdministrator: true }],
  ['Calendars.Read', { words: 'Read your calendars' }],
  ['Calendars.ReadWrite', { words: 'Have full access to your calendars' }],
  ['Calendars.Read.Shared', { words: 'Read calendars you can access' }],
  ['Chat.Read', { words: 'Read your chat messages' }],
  ['Contacts.Read', { words: 'Read your contacts' }],
  ['Contacts.ReadWrite', { words: 'Have full access to your contacts' }],
  ['Files.Read', { words: 'Read your files' }],
  ['Files.Read.All', { words: 'Read all files that you have access to' }],
  ['Files.ReadWrite', { words: 'Have full access to your files' }],
  ['Mail.Read', { words: 'Read your mail' }],
  ['Mail.ReadWrite', { words: 'Read and write access to your mail' }],
  ['Mail.Send', { words: 'Send mail as you' }],
  ['MailboxSettings.Read', { words: 'Read your mailbox settings' }],
  ['Notes.Read', { words: 'Read your OneNote notebooks' }],
  ['People.Read', { words: 'Read your relevant people list' }],
  ['Presence.Read', { words: 'Read your presence information' }],
  ['Sites.Read.All', { words: 'Read items in all site collections' }],
  ['Tasks.Read', { words: 'Read your tasks' }],
  ['Tasks.ReadWrite', { words: 'Create, read, update and delete your tasks' }],
  ['Group.Read.All', { words: 'Read all groups', needsAdministrator: true }],
  ['GroupMember.Read.All', { words: 'Read group memberships', needsAdministrator: true }],
  ['Directory.Read.All', { words: 'Read directory data', needsAdministrator: true }],
])

export const openidScopes: readonly string[] = [...openid.keys()]
export const graphScopes: readonly string[] = [...graph.keys()]

export const needsAdministrator = (scope: string): boolean =>
  graph.get(scope)?.needsAdministrator === true

export function wordsFor(scope: string): string {
  return (openid.get(scope) ?? graph.get(scope))?.words ?? 'Access this application as you'
}
