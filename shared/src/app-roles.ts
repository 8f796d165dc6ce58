/** The app role of those who may read reports. A file with schemas would bring their library into the page. */
export const reportRole = 'Reports.Read'
