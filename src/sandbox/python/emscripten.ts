/** The part of Emscripten's runtime that is used here; Pyodide does not declare it. */
export interface EmscriptenModule {
  readonly FS: FileSystem
  /** Replaced when the memory grows. */
  readonly HEAPU8: Uint8Array
}

export interface FileSystem {
  readonly root: FileNode
  readonly streams: (Stream | null | undefined)[]
  readonly ErrnoError: new (code: number) => Error
  readonly filesystems: { readonly MEMFS: MemoryFiles }
  makedev(major: number, minor: number): number
  registerDevice(device: number, operations: Partial<StreamOperations>): void
  mkdev(path: string, device: number): FileNode
  writeFile(path: string, text: string): void
  readFile(path: string, options: { readonly encoding: 'utf8' }): string
  lookupPath(path: string): { readonly node: FileNode }
  chdir(path: string): void
  close(stream: Stream): void
  destroyNode(node: FileNode): void
}

export interface FileNode {
  readonly name: string
  /** Bytes of a file, or what is in a folder by name. */
  contents?: Uint8Array | Record<string, FileNode> | null
  readonly mode: number
  readonly parent: FileNode
  readonly mount: { readonly type: unknown }
}

export interface Stream {
  readonly node: FileNode
  readonly path?: string
}

export interface StreamOperations {
  read(
    stream: Stream,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position?: number,
  ): number
  write(
    stream: Stream,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position?: number,
    canOwn?: boolean,
  ): number
}

export interface MemoryFiles {
  readonly ops_table: {
    readonly dir: { readonly node: FolderOperations }
    readonly file: { readonly node: NodeOperations; readonly stream: StreamOperations }
  }
  expandFileStorage(node: FileNode, size: number): void
  resizeFileStorage(node: FileNode, size: number): void
}

export interface NodeOperations {
  setattr(node: FileNode, attributes: Readonly<Record<string, unknown>>): void
}

export interface FolderOperations extends NodeOperations {
  mknod(parent: FileNode, name: string, mode: number, device: number): FileNode
  rename(node: FileNode, folder: FileNode, name: string): void
  unlink(parent: FileNode, name: string): void
  rmdir(parent: FileNode, name: string): void
  symlink(parent: FileNode, name: string, target: string): FileNode
}
