/** This package's version, as package.json has it: a test holds them equal. */
export const SDK_VERSION = "0.1.0";
