// Which address a request came from, when proxies that we trust stand between.
//
// Each proxy appends to X-Forwarded-For the peer that connected to it; what stands before that, the peer sent and may
// have forged. Cloud Run's front end appends last, so that without trusted proxies the last element is the caller.
// Through Firebase Hosting the last is an address of Hosting's (one of Google's), and the caller stands before it. So
// the list is walked from the right, over what lies in a trusted range, to the first that does not. A range must hold
// only proxies that append as described: whoever else sends from it may name any caller.

import { BlockList, isIPv4, isIPv6 } from "node:net";

/** The proxies whose word is taken. */
export type Trusted = Pick<BlockList, "check">;

export type TrustedRanges =
  | { readonly ok: true; readonly trusted: Trusted }
  | { readonly ok: false; readonly faults: readonly string[] };

/** The one caller that all are whose address is none. */
const UNKNOWN = "unknown";

/** Enough for ten of the longest addresses with their ports; the rest would only be walked over. */
const MOST_CHARACTERS = 512;

/** The caller's name in a limiter: an IPv4 address, the first 64 bits of an IPv6 address, or UNKNOWN. */
export function callerAddress(
  forwardedFor: string | undefined,
  socketAddress: string | undefined,
  trusted: Trusted,
): string {
  const forwarded = elements(forwardedFor ?? "");
  if (forwarded.length === 0) return callerName(parseAddress(socketAddress ?? ""));
  const addresses = forwarded.map(parseAddress);
  // Where all are trusted, the last is the only one that the client cannot have chosen.
  const caller = addresses.findLast((address) => !isTrusted(address, trusted)) ?? addresses.at(-1)!;
  return callerName(caller);
}

/** Reads ranges such as "10.0.0.0/8, 2a04:4e40::/32"; an address alone is a range of one. */
export function trustedRanges(text: string): TrustedRanges {
  const ranges = text.trim() === "" ? [] : text.split(",").map((range) => range.trim());
  const trusted = new BlockList();
  const faults = ranges.flatMap((range) => addRange(trusted, range) ?? []);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, trusted };
}

type Address =
  | { readonly family: "ipv4"; readonly text: string }
  | { readonly family: "ipv6"; readonly text: string; readonly groups: readonly number[] }
  | { readonly family: "none" };

/** The list's elements; empty ones say nothing (RFC 9110, section 5.6.1.2). */
function elements(header: string): string[] {
  const end = header.slice(-MOST_CHARACTERS);
  // The first element of what was cut off is the rest of one: a list of one that long is no address.
  const whole = end.length === header.length || !end.includes(",") ? end : end.slice(end.indexOf(",") + 1);
  return whole
    .split(",")
    .map((element) => element.trim())
    .filter((element) => element !== "");
}

/** An address, also with a port, in brackets or with a zone. */
function parseAddress(text: string): Address {
  const [, bracketed, bare] =
    /^(?:\[([^\]]*)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(text) ?? ([] as undefined[]);
  const address = (bracketed ?? bare ?? text).replace(/%.*$/, "");
  if (isIPv4(address)) return { family: "ipv4", text: address };
  if (!isIPv6(address)) return { family: "none" };
  const groups = ipv6Groups(address);
  // ::ffff:0:0/96 holds the IPv4 addresses (RFC 4291, section 2.5.5.2).
  if (groups.slice(0, 6).join() === "0,0,0,0,0,65535")
    return { family: "ipv4", text: dotted(groups.slice(6)) };
  return { family: "ipv6", text: address, groups };
}

function callerName(address: Address): string {
  switch (address.family) {
    case "ipv4":
      return address.text;
    case "ipv6":
      // One subscriber has all of a /64 and may choose any address in it (RFC 6177).
      return `${address.groups
        .slice(0, 4)
        .map((group) => group.toString(16))
        .join(":")}::/64`;
    case "none":
      return UNKNOWN;
  }
}

function isTrusted(address: Address, trusted: Trusted): boolean {
  return address.family !== "none" && trusted.check(address.text, address.family);
}

/** The eight 16-bit groups of what is an IPv6 address. */
function ipv6Groups(address: string): number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head, tail] = hex.split("::").map((part) => (part === "" ? [] : part.split(":")));
  if (tail === undefined) return head!.map(parseHex);
  const zeros = Array<string>(8 - head!.length - tail.length).fill("0");
  return [...head!, ...zeros, ...tail].map(parseHex);
}

const parseHex = (group: string): number => Number.parseInt(group, 16);

function dotted(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join(".");
}

/** Adds the range, or says what is wrong with it. */
function addRange(trusted: BlockList, range: string): string | null {
  if (range === "") return "an element is empty";
  const [text, bits, ...more] = range.split("/") as [string, ...string[]];
  const address = isIPv4(text) || (isIPv6(text) && !text.includes("%")) ? parseAddress(text) : null;
  if (address === null || address.family === "none" || more.length > 0) {
    return `${quote(range)} is no address and no range such as 10.0.0.0/8`;
  }
  if (address.family === "ipv4" && !isIPv4(text)) return `${quote(range)} maps IPv4: write it as IPv4`;
  const most = address.family === "ipv4" ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if ((bits !== undefined && !/^(?:0|[1-9]\d*)$/.test(bits)) || prefix > most) {
    return `${quote(range)} has the prefix ${quote(bits!)}, wanted a whole number up to ${most}`;
  }
  // Whoever is trusted may name any caller: trusting all is having no limit.
  if (prefix === 0) return `${quote(range)} would trust every address`;
  trusted.addSubnet(address.text, prefix, address.family);
  return null;
}

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);
