/** The words of the Result view. */
export const resultTexts = {
  back: 'Back',
  request: 'Request',
  status: 'Status',
  duration: 'Time',
  size: 'Size',
  requestId: 'Request ID',
  copy: 'Copy',
  download: 'Download',
  refresh: 'Refresh',
  wrap: 'Wrap lines',
  body: 'Response body',
  empty: 'The answer has no body.',
  nextPage: 'Load next page',
  loaded: 'Result loaded',
  preview: (shown: string, all: string) =>
    `This is the first ${shown} of ${all}. Download it to see everything.`,
  unknownCall: 'There is no such call',
  unknownCallDetail: 'This app does not offer the call in this address.',
  leaving: 'Your sign-in needs to be renewed. Opening Microsoft…',
  signInAgain: 'Sign in again',
  consent: 'Give consent',
  consentTitle: 'Your consent is needed',
  consentDetail: (scopes: readonly string[]) =>
    `This call needs the permission ${scopes.join(', ')}, which you have not given to this app yet.`,
} as const
