/** Collected into the one style of the page by the build. */
declare module '*.css'
