import { readFileSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** File system types of statfs(2) on Linux. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
])
const FUSE = 0x65735546
const NETWORK_OVER_FUSE =
  /^fuse\.(sshfs|s3fs|gcsfuse|rclone|glusterfs|davfs|mergerfs|onedriver|google-drive)/

/** Warnings about the data's location, a sentence each. */
export function checkPlace(path: string): readonly string[] {
  const network = networkOf(dirname(path))
  return [
    ...(network
      ? [
          `The data is on a network file system (${network}), where locks and shared memory between processes can't be relied on and the file may be damaged. Move it to a local disk, or use PostgreSQL.`,
        ]
      : []),
    ...[dirname(path), path].flatMap(readableByOthers),
  ]
}

function readableByOthers(path: string): readonly string[] {
  // Windows has no POSIX permissions.
  if (process.platform === 'win32') return []
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  if ((mode & 0o077) === 0) return []
  return [
    `${path} can be read by other users of this machine (mode ${(mode & 0o777).toString(8)}). Run chmod ${isDirectory ? 700 : 600} ${path}.`,
  ]
}

/** Undefined: a local file system, or the platform does not tell. */
function networkOf(directory: string): string | undefined {
  if (process.platform === 'win32') return directory.startsWith('\\\\') ? 'a share' : undefined
  try {
    const { type } = statfsSync(directory)
    const name = NETWORK_FILE_SYSTEMS.get(type >>> 0)
    if (name !== undefined) return name
    return type >>> 0 === FUSE ? networkOverFuse(directory) : undefined
  } catch {
    return undefined
  }
}

function networkOverFuse(directory: string): string | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, at = '']) => `${directory}/`.startsWith(at === '/' ? '/' : `${at}/`))
    .sort(([, one = ''], [, other = '']) => other.length - one.length)
  const [, , type = ''] = mounts[0] ?? []
  return NETWORK_OVER_FUSE.test(type) ? type : undefined
}
