/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const accessToken: (a: number) => number;
export const body: (a: number) => number;
export const bodyHash: (a: number) => number;
export const checkConfig: (a: number) => number;
export const checkTwiml: (a: number) => number;
export const codeHelp: (a: number) => number;
export const countSegments: (a: number) => number;
export const numbers: (a: number) => number;
export const output: () => number;
export const parsePhone: (a: number) => number;
export const routeCall: (a: number) => any;
export const sign: (a: number) => number;
export const signToken: (a: number) => number;
export const signsAny: (a: number) => number;
export const text: (a: number) => number;
export const twiml: (a: number) => number;
export const verify: (a: number, b: number) => number;
export const version: () => number;
export const __wbindgen_externrefs: WebAssembly.Table;
export const __wbindgen_start: () => void;
