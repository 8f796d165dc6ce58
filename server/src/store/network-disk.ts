/** Values of `f_type` in Linux: statfs(2), `linux/magic.h`. */
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
])

/**
 * FUSE and 9p are not in the list: in Docker Desktop and gVisor, local disks have these types.
 * @param type from `fs.statfs` on Linux
 * @returns the name of the network file system; undefined for other types
 */
export function networkFileSystem(type: number): string | undefined {
  // On 32-bit systems the kernel gives a signed number.
  return networkFileSystems.get(type >>> 0)
}
