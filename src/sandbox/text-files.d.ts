/** Files that `scripts/embed-worker.mjs` puts into a thread's script as text. */
declare module '*/prelude.js' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: it is how a file without exports is imported
  export default text
}
declare module '*.py' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: it is how a file without exports is imported
  export default text
}
