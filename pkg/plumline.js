/* @ts-self-types="./plumline.d.ts" */

/**
 * Creates an access token. Head: its lifetime in seconds, 1 if it has `nbf`, 1 if it has a region. Fields: the SIDs
 * of the account and the key, the secret, the identity, the current time and `nbf` in seconds, the region, the grants
 * as JSON.
 * @param {number} written
 * @returns {number}
 */
export function accessToken(written) {
    const ret = wasm.accessToken(written);
    return ret;
}

/**
 * Reserves `bytes` bytes for a raw body, and returns their address in memory.
 * @param {number} bytes
 * @returns {number}
 */
export function body(bytes) {
    const ret = wasm.body(bytes);
    return ret >>> 0;
}

/**
 * Puts the SHA-256 of a body of `written` bytes into the output, in lowercase hex.
 * @param {number} written
 * @returns {number}
 */
export function bodyHash(written) {
    const ret = wasm.bodyHash(written);
    return ret >>> 0;
}

/**
 * Checks a config. Head: 1 if the numbers of the account are given. Fields: the config as JSON, the date
 * (`YYYY-MM-DD`, or empty if unknown), the numbers. The output is that of [`check_twiml`].
 * @param {number} written
 * @returns {number}
 */
export function checkConfig(written) {
    const ret = wasm.checkConfig(written);
    return ret;
}

/**
 * Checks a TwiML document. Head: 1 if the only field is XML, 0 for the fields of [`twiml()`]; then the kind of
 * document as in [`twiml()`]. The output has four lines for each finding: code, path, help, and `error` or `warning`.
 * @param {number} written
 * @returns {number}
 */
export function checkTwiml(written) {
    const ret = wasm.checkTwiml(written);
    return ret >>> 0;
}

/**
 * Puts the help of a code into the output; empty if there is no such code.
 * @param {number} written
 * @returns {number}
 */
export function codeHelp(written) {
    const ret = wasm.codeHelp(written);
    return ret >>> 0;
}

/**
 * Counts the segments of a text of `written` bytes. The output has numbers with spaces between them.
 * @param {number} written
 * @returns {number}
 */
export function countSegments(written) {
    const ret = wasm.countSegments(written);
    return ret >>> 0;
}

/**
 * Reserves `count` numbers of 32 bits, and returns their address in memory.
 * @param {number} count
 * @returns {number}
 */
export function numbers(count) {
    const ret = wasm.numbers(count);
    return ret >>> 0;
}

/**
 * The address of the output in memory. It is UTF-8, and its length is the return value of the last call.
 * @returns {number}
 */
export function output() {
    const ret = wasm.output();
    return ret >>> 0;
}

/**
 * Parses a phone number. Head: 1 if there is a country. Fields: the text, the country. The output has four lines: the
 * kind, the number, its country, its extension.
 * @param {number} written
 * @returns {number}
 */
export function parsePhone(written) {
    const ret = wasm.parsePhone(written);
    return ret;
}

/**
 * Routes a call. Head: the number of own numbers, 1 if there is a config, 1 if there is a TwiML App. Fields: the
 * config as JSON, the SID of the app, the facts as JSON, the webhook URL, the own numbers, then names and values.
 * @param {number} written
 * @returns {Routing}
 */
export function routeCall(written) {
    const ret = wasm.routeCall(written);
    return ret;
}

/**
 * Signs a request. Head: 1 to keep the order of the pairs. Fields: the token, the URL, then names and values.
 * @param {number} written
 * @returns {number}
 */
export function sign(written) {
    const ret = wasm.sign(written);
    return ret;
}

/**
 * Signs a token with any claims. Head: 0, 1 or 2 for HS256, HS384 or HS512. Fields: the secret, header and payload.
 * @param {number} written
 * @returns {number}
 */
export function signToken(written) {
    const ret = wasm.signToken(written);
    return ret;
}

/**
 * Whether the signature matches one of the URLs exactly. Fields: the token, the signature, the text after the URL in
 * the signed text, then the URLs.
 * @param {number} written
 * @returns {boolean}
 */
export function signsAny(written) {
    const ret = wasm.signsAny(written);
    return ret !== 0;
}

/**
 * Reserves `bytes` bytes for text, and returns their address in memory.
 * @param {number} bytes
 * @returns {number}
 */
export function text(bytes) {
    const ret = wasm.text(bytes);
    return ret >>> 0;
}

/**
 * Writes a TwiML document. Head: 1 to check only that it is well-formed; 1 for a voice document, 2 for a messaging
 * document, 0 if its verbs decide. Fields: `<` and a name open an element; `@`, a name and a value are an attribute;
 * `t` and a text, or `#` and a comment; `>` closes the element. The error is a finding in the form of
 * [`check_twiml`].
 * @param {number} written
 * @returns {number}
 */
export function twiml(written) {
    const ret = wasm.twiml(written);
    return ret;
}

/**
 * Checks the signature of a request. `body` is the number of bytes written to [`body()`]. Head: the number of tokens,
 * the number of shared keys, 1 for a raw body. Fields: the URL, the signature, the settings header, `Host`,
 * `X-Forwarded-Host` and `X-Forwarded-Port`; the tokens; the id, secret and algorithm of each shared key; then names
 * and values.
 *
 * The output is empty if the first token signed the URL as given. Otherwise it is the index of the token, a space,
 * and the URL. The indexes of shared keys follow those of the tokens.
 * @param {number} written
 * @param {number} body
 * @returns {number}
 */
export function verify(written, body) {
    const ret = wasm.verify(written, body);
    return ret;
}

/**
 * Puts the version of the crate into the output.
 * @returns {number}
 */
export function version() {
    const ret = wasm.version();
    return ret >>> 0;
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbg_new_cd4348290afae586: function() {
            const ret = new Object();
            return ret;
        },
        __wbg_set_e4b9a833d288759a: function(arg0, arg1, arg2) {
            arg0[arg1] = arg2;
        },
        __wbindgen_generic_0000000000000001: function(arg0, arg1) {
            // Cast intrinsic for `Ref(String) -> Externref`.
            const ret = getStringFromWasm0(arg0, arg1);
            return ret;
        },
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            table.set(0, undefined);
            table.set(1024, undefined);
            table.set(1025, null);
            table.set(1026, true);
            table.set(1027, false);
        },
    };
    return {
        __proto__: null,
        "./plumline_bg.js": import0,
    };
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedUint8ArrayMemory0 = null;
    wasm.__wbindgen_start();
    return wasm;
}

async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        if (!module.ok) {
            throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
        }

        if (typeof WebAssembly.instantiateStreaming === 'function') {
            try {
                return await WebAssembly.instantiateStreaming(module, imports);
            } catch (e) {
                const validResponse = expectedResponseType(module.type);

                if (validResponse && module.headers.get('Content-Type') !== 'application/wasm') {
                    console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);

                } else { throw e; }
            }
        }

        const bytes = await module.arrayBuffer();
        return await WebAssembly.instantiate(bytes, imports);
    } else {
        const instance = await WebAssembly.instantiate(module, imports);

        if (instance instanceof WebAssembly.Instance) {
            return { instance, module };
        } else {
            return instance;
        }
    }

    function expectedResponseType(type) {
        switch (type) {
            case 'basic': case 'cors': case 'default': return true;
        }
        return false;
    }
}

function initSync(module) {
    if (wasm !== undefined) return wasm;


    if (module !== undefined) {
        if (Object.getPrototypeOf(module) === Object.prototype) {
            ({module} = module)
        } else {
            console.warn('using deprecated parameters for `initSync()`; pass a single object instead')
        }
    }

    const imports = __wbg_get_imports();
    if (!(module instanceof WebAssembly.Module)) {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);
    return __wbg_finalize_init(instance, module);
}

let __wbg_init_promise;
async function __wbg_init(module_or_path) {
    if (wasm !== undefined) return wasm;
    if (__wbg_init_promise === undefined) {
        __wbg_init_promise = __wbg_init_once(module_or_path);
        __wbg_init_promise.catch(() => { __wbg_init_promise = undefined; });
    }
    return __wbg_init_promise;
}

async function __wbg_init_once(module_or_path) {

    if (module_or_path !== undefined) {
        if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
            ({module_or_path} = module_or_path)
        } else {
            console.warn('using deprecated parameters for the initialization function; pass a single object instead')
        }
    }

    if (module_or_path === undefined) {
        module_or_path = new URL('plumline_bg.wasm', import.meta.url);
    }
    const imports = __wbg_get_imports();

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module);
}

export { initSync, __wbg_init as default };
