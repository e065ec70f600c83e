/** Whether another page shows this one; the server forbids that for the page itself. */
export function isInHost(): boolean {
  return window.parent !== window
}
