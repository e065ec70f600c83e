#!/usr/bin/env node
// Runs recollect for this plugin: RECOLLECT_PROGRAM, the checkout that the plugin lies in, or `recollect` on the PATH.
// Nothing is fetched. Where it is missing, hooks stay silent, and the server says in a sentence what to do.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = find()
if (program) {
  process.argv[1] = program
  createRequire(import.meta.url)(program)
} else if (process.argv[2] !== 'hook') {
  process.stderr.write(
    'recollect: The program was not found. Install it so that `recollect` is on the PATH, or set RECOLLECT_PROGRAM to the path of its dist/recollect.cjs.\n',
  )
  process.exitCode = 1
}

function find() {
  const here = dirname(fileURLToPath(import.meta.url))
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => [
    join(folder, 'recollect'),
    // Where npm puts packages on Windows, whose command on the PATH is a script of the shell's.
    join(folder, 'node_modules/recollect/dist/recollect.cjs'),
  ])
  const places = [process.env.RECOLLECT_PROGRAM, join(here, '../dist/recollect.cjs'), ...onPath]
  return places.flatMap((place) => (place && isProgram(place) ? [realpathSync(place)] : []))[0]
}

/** A script of Node's, not one of a shell's. */
function isProgram(path) {
  try {
    return existsSync(path) && /^#!.*\bnode\b/.test(readFileSync(path, 'utf8').slice(0, 200))
  } catch {
    return false
  }
}
