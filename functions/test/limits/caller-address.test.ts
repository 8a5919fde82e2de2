// callerAddress and trustedRanges: which of the addresses that a request names is the caller's.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callerAddress, type Trusted, trustedRanges } from "../../src/limits/caller-address.ts";

function ranges(text: string): Trusted {
  const parsed = trustedRanges(text);
  if (!parsed.ok) throw new Error(parsed.faults.join("; "));
  return parsed.trusted;
}

const nobody = ranges("");
/** Firebase Hosting connects to Cloud Run from addresses of Google's. */
const hosting = ranges("66.102.0.0/20, 2001:4860::/32, 10.0.0.0/8");

describe("without trusted proxies", () => {
  test.each([
    ["198.51.100.7", "198.51.100.7"],
    ["203.0.113.1, 198.51.100.7", "198.51.100.7"],
    ["203.0.113.1,,198.51.100.7, ,", "198.51.100.7"],
    ["203.0.113.1, nonsense", "unknown"],
    ["nonsense, 198.51.100.7", "198.51.100.7"],
  ])("of %j the last is the caller: %s", (header, expected) => {
    expect(callerAddress(header, "169.254.8.129", nobody)).toBe(expected);
  });

  test.each([
    [undefined, "::ffff:192.0.2.1", "192.0.2.1"],
    ["", "192.0.2.1", "192.0.2.1"],
    [" , ", "192.0.2.1", "192.0.2.1"],
    [undefined, undefined, "unknown"],
  ])("without an element, header %j, the socket's %s is: %s", (header, socket, expected) => {
    expect(callerAddress(header, socket, nobody)).toBe(expected);
  });
});

describe("behind trusted proxies", () => {
  test.each([
    ["198.51.100.7, 66.102.8.142", "198.51.100.7"],
    ["203.0.113.1, 198.51.100.7, 66.102.8.142", "198.51.100.7"],
    ["198.51.100.7, 10.1.2.3, 2001:4860::1", "198.51.100.7"],
    ["198.51.100.7, ::ffff:66.102.8.142", "198.51.100.7"],
    ["198.51.100.7, 66.102.8.142:443, [2001:4860::1]:443", "198.51.100.7"],
    // Whoever comes to Cloud Run directly is the last, whatever it writes before.
    ["66.102.8.142, 198.51.100.7", "198.51.100.7"],
    ["198.51.100.7, nonsense, 66.102.8.142", "unknown"],
    // None may be chosen by whoever sends from a trusted address itself.
    ["66.102.8.1, 10.0.0.1, 66.102.8.142", "66.102.8.142"],
  ])("of %j the first from the right that is no proxy is the caller: %s", (header, expected) => {
    expect(callerAddress(header, "169.254.8.129", hosting)).toBe(expected);
  });

  test("nothing that a client writes before the proxies' part changes who it is", () => {
    const element = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV6(),
      fc.constant("66.102.8.142"),
      fc.constant(","),
    );
    fc.assert(
      fc.property(fc.array(element, { maxLength: 40 }), (forged) => {
        const header = [...forged, "198.51.100.7", "66.102.8.142"].join(", ");
        expect(callerAddress(header, undefined, hosting)).toBe("198.51.100.7");
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("an address", () => {
  test.each([
    ["198.51.100.7:8080", "198.51.100.7"],
    ["[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"],
    ["[2001:db8::1]", "2001:db8:0:0::/64"],
    ["2001:DB8:0001:2::ffff", "2001:db8:1:2::/64"],
    ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
    ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["[::ffff:192.0.2.1]:80", "192.0.2.1"],
    ["::ffff:192.0.2.1%eth0", "192.0.2.1"],
    ["0:0:0:0:0:ffff:255.255.255.255", "255.255.255.255"],
  ])("%s counts as %s", (text, expected) => {
    expect(callerAddress(text, undefined, nobody)).toBe(expected);
  });

  test.each([
    "01.2.3.4",
    "1.2.3",
    "256.1.1.1",
    "1.2.3.4:",
    "1.2.3.4:x",
    "[1.2.3.4",
    "[]",
    "1::2::3",
    "::1]:80",
    "localhost",
    "unknown",
    "_hidden",
    "1.2.3.4 5.6.7.8",
    '"1.2.3.4"',
    "１.2.3.4",
  ])("is none: %s", (text) => {
    expect(callerAddress(text, "192.0.2.1", nobody)).toBe("unknown");
  });

  test("of one /64 is one caller, of another another, however it is written", () => {
    const group = fc.integer({ max: 0xffff, min: 0 });
    const eight = fc.array(group, { minLength: 8, maxLength: 8 }).filter(([first]) => first! > 0);
    const text = (groups: readonly number[]) => groups.map((one) => one.toString(16)).join(":");
    fc.assert(
      fc.property(eight, eight, (one, other) => {
        const name = callerAddress(text(one), undefined, nobody);
        expect(name).toBe(`${text(one.slice(0, 4))}::/64`);
        const neighbour = [...one.slice(0, 4), ...other.slice(4)];
        // URL writes addresses in their shortest form (RFC 5952).
        const short = new URL(`http://[${text(neighbour)}]`).hostname;
        expect(callerAddress(short, undefined, nobody)).toBe(name);
      }),
      { seed: 2 },
    );
  });
});

describe("a long header", () => {
  test("is read from its last 512 characters, from the first comma on", () => {
    const proxies = Array(60).fill("10.0.0.1").join(", ");
    expect(callerAddress(`198.51.100.7, ${proxies}`, undefined, hosting)).toBe("10.0.0.1");
    // What the cut leaves of the first element is an address, and not the one that stood there.
    const cut = `198.51.100.7${",10.0.0.100".repeat(8)}${",10.0.0.1".repeat(46)}`;
    expect(cut.slice(-512)).toMatch(/^8\.51\.100\.7,/);
    expect(callerAddress(cut, undefined, hosting)).toBe("10.0.0.1");
    expect(callerAddress(`${"x".repeat(5_000)}, 198.51.100.7`, undefined, hosting)).toBe("198.51.100.7");
    expect(callerAddress("1".repeat(5_000), undefined, hosting)).toBe("unknown");
  });

  test("takes no longer the longer it is", () => {
    const started = performance.now();
    for (const part of ["1", ",", "[", ":", "%", "1.1.1.1,", "::"]) {
      callerAddress(part.repeat(4_000_000 / part.length), part.repeat(1_000_000), hosting);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("trustedRanges", () => {
  test("reads ranges of both families, and addresses", () => {
    const trusted = ranges(" 10.0.0.0/8,2a04:4e40::/32 , 192.0.2.1, 2001:db8::1");
    const isTrusted = (text: string, family: "ipv4" | "ipv6") => trusted.check(text, family);
    expect(isTrusted("10.255.255.255", "ipv4")).toBe(true);
    expect(isTrusted("11.0.0.0", "ipv4")).toBe(false);
    expect(isTrusted("2a04:4e40:ffff::", "ipv6")).toBe(true);
    expect(isTrusted("2a04:4e41::", "ipv6")).toBe(false);
    expect(isTrusted("192.0.2.1", "ipv4")).toBe(true);
    expect(isTrusted("192.0.2.2", "ipv4")).toBe(false);
    expect(isTrusted("2001:db8::1", "ipv6")).toBe(true);
    expect(isTrusted("2001:db8::2", "ipv6")).toBe(false);
  });

  test("reports every fault", () => {
    const text =
      "10.0.0.0/33, , 1.2.3/8, ::/129, 0.0.0.0/0, ::ffff:1.2.3.4/104, 1.2.3.4/, 1.2.3.4/8/8, fe80::%1/10";
    expect(trustedRanges(text)).toEqual({
      ok: false,
      faults: [
        '"10.0.0.0/33" has the prefix "33", wanted a whole number up to 32',
        "an element is empty",
        '"1.2.3/8" is no address and no range such as 10.0.0.0/8',
        '"::/129" has the prefix "129", wanted a whole number up to 128',
        '"0.0.0.0/0" would trust every address',
        '"::ffff:1.2.3.4/104" maps IPv4: write it as IPv4',
        '"1.2.3.4/" has the prefix "", wanted a whole number up to 32',
        '"1.2.3.4/8/8" is no address and no range such as 10.0.0.0/8',
        '"fe80::%1/10" is no address and no range such as 10.0.0.0/8',
      ],
    });
  });

  test.each(["08", "+8", "8.0", "1e1", " 8", "-1"])("refuses the prefix %j", (prefix) => {
    expect(trustedRanges(`10.0.0.0/${prefix}`).ok).toBe(false);
  });
});
