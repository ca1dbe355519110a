/**
 * Stands in bundles for packages that dockerode asks for and that no call of ours uses: SSH and gRPC. They would be four
 * fifths of a function.
 */
export {};
