/** The words of the Error view, and of the details of an error anywhere. */
export const errorTexts = {
  loading: 'Sign-in problem',
  details: 'Technical details',
  code: 'Code',
  aadsts: 'Microsoft error',
  correlationId: 'Correlation ID',
  traceId: 'Trace ID',
  time: 'Time (UTC)',
  copyAll: 'Copy all',
  continue: 'Continue',
  signedIn: 'You are signed in already.',
  expired: 'This error report has expired',
  expiredDetail: 'Reports are kept for ten minutes, for the browser in which they happened.',
  signIn: 'Sign in',
} as const
