/** Values of `f_type` in Linux: statfs(2), `linux/magic.h`. */
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
])

/**
 * Other types are not refused: FUSE and 9p are local disks as well, as in Docker Desktop and gVisor.
 * @param type as `fs.statfs` gives it on Linux
 * @returns the name of the network file system; undefined when it is none for certain
 */
export function networkFileSystem(type: number): string | undefined {
  // The kernel's number is signed where a long has 32 bits.
  return networkFileSystems.get(type >>> 0)
}
