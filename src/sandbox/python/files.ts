import type { FileNode, FileSystem, Stream } from './emscripten.ts'
import { FILE_BYTES, MAX_FILES } from './limits.ts'

/** Error numbers of Emscripten: no space left on device, and read-only file system. */
const ENOSPC = 51
const EROFS = 69

export interface FileGuard {
  /** Removes what a call created, and gives it back its streams and folder. */
  rewind(): void
}

/**
 * Files live outside of the interpreter's memory, so they are limited and put back by themselves: what exists now can
 * only be read, and what is created later is counted.
 */
export function guardFiles(FS: FileSystem): FileGuard {
  const fixed = new WeakSet<FileNode>()
  protect(FS.root)
  const streams = FS.streams.map((stream) => stream && { stream, state: { ...stream } })
  const created: FileNode[] = []
  let bytes = 0

  function protect(node: FileNode): void {
    fixed.add(node)
    for (const child of Object.values(entriesOf(node))) if (!fixed.has(child)) protect(child)
  }

  function refuseFixed(node: FileNode | undefined): void {
    if (node && fixed.has(node)) throw new FS.ErrnoError(EROFS)
  }

  /** Counts what a file will take beyond what it has. */
  function spend(node: FileNode, size: number): void {
    const has = node.contents instanceof Uint8Array ? node.contents.length : 0
    const more = Math.max(0, size - has)
    if (bytes + more > FILE_BYTES) throw new FS.ErrnoError(ENOSPC)
    bytes += more
  }

  function count(): void {
    if (created.length >= MAX_FILES) throw new FS.ErrnoError(ENOSPC)
  }

  const { dir, file } = FS.filesystems.MEMFS.ops_table
  const folder = { ...dir.node }
  const { setattr } = file.node
  const { write } = file.stream

  file.stream.write = (stream, buffer, offset, length, position = 0, canOwn) => {
    refuseFixed(stream.node)
    spend(stream.node, position + length)
    return write(stream, buffer, offset, length, position, canOwn)
  }
  file.node.setattr = (node, attributes) => {
    refuseFixed(node)
    if (typeof attributes.size === 'number') spend(node, attributes.size)
    setattr(node, attributes)
  }
  dir.node.setattr = (node, attributes) => {
    refuseFixed(node)
    folder.setattr(node, attributes)
  }
  dir.node.mknod = (parent, name, mode, device) => {
    count()
    const node = folder.mknod(parent, name, mode, device)
    created.push(node)
    return node
  }
  dir.node.symlink = (parent, name, target) => {
    count()
    const node = folder.symlink(parent, name, target)
    created.push(node)
    return node
  }
  dir.node.rename = (node, to, name) => {
    refuseFixed(node)
    refuseFixed(entriesOf(to)[name])
    folder.rename(node, to, name)
  }
  dir.node.unlink = (parent, name) => {
    refuseFixed(entriesOf(parent)[name])
    folder.unlink(parent, name)
  }
  dir.node.rmdir = (parent, name) => {
    refuseFixed(entriesOf(parent)[name])
    folder.rmdir(parent, name)
  }

  function rewindStreams(): void {
    for (let index = 0; index < FS.streams.length; index += 1) {
      const stream = FS.streams[index]
      if (stream && stream !== streams[index]?.stream) FS.close(stream)
    }
    streams.forEach((saved, index) => {
      if (!saved) return
      FS.streams[index] = Object.assign<Stream, Stream>(saved.stream, saved.state)
    })
  }

  return {
    rewind() {
      FS.chdir('/')
      rewindStreams()
      for (const node of created.splice(0).reverse()) {
        const siblings = entriesOf(node.parent)
        if (siblings[node.name] !== node) continue
        delete siblings[node.name]
        FS.destroyNode(node)
      }
      bytes = 0
    },
  }
}

function entriesOf(node: FileNode): Record<string, FileNode> {
  return node.contents && !(node.contents instanceof Uint8Array) ? node.contents : {}
}
