// What services reach is kept as it is, and nothing else; against protobufjs, which resolves every name.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { SERVICES } from "../../src/launcher/bundle.ts";
import { cutProtos } from "../../src/launcher/cut-protos.ts";
import { REPOSITORY } from "../../src/launcher/project.ts";

describe("cutProtos", () => {
  const root = {
    options: { syntax: "proto3" },
    nested: {
      shop: {
        nested: {
          Shop: { methods: { Buy: { requestType: "Order", responseType: ".money.Sum" } } },
          Admin: { methods: { Close: { requestType: "Reason", responseType: "Reason" } } },
          Order: {
            oneofs: { how: { oneof: ["at"] } },
            fields: {
              lines: { type: "Line", id: 1 },
              at: { type: "Order", id: 2 },
              note: { type: "string", id: 3 },
            },
            nested: { Line: { fields: { sum: { type: "money.Sum", id: 1 } } }, Unused: { fields: {} } },
          },
          Line: { fields: {} },
          Reason: { fields: {} },
        },
      },
      money: { nested: { Sum: { fields: { cents: { type: "int64", id: 1 } } }, Rate: { fields: {} } } },
    },
  };

  test("keeps what a service reaches, by the innermost name, and drops the rest", () => {
    const cut = cutProtos(root, ["shop.Shop"]);
    const { Shop, Order } = root.nested.shop.nested;
    expect(cut).toEqual({
      options: root.options,
      nested: {
        shop: { nested: { Shop, Order: { ...Order, nested: { Line: Order.nested.Line } } } },
        money: { nested: { Sum: root.nested.money.nested.Sum } },
      },
    });
  });

  test("refuses a service that there is not", () => {
    expect(() => cutProtos(root, ["shop.Market"])).toThrow("Cannot cut protos: there is no shop.Market.");
  });

  for (const [path, services] of Object.entries(SERVICES)) {
    test(`leaves ${path} whole enough for protobufjs to resolve`, () => {
      const all = JSON.parse(readFileSync(join(REPOSITORY, "node_modules", path), "utf8"));
      const cut = protobuf.Root.fromJSON(cutProtos(all, services) as protobuf.INamespace).resolveAll();
      const whole = protobuf.Root.fromJSON(all).resolveAll();
      for (const name of services) {
        expect(cut.lookupService(name).toJSON()).toEqual(whole.lookupService(name).toJSON());
        for (const { resolvedRequestType, resolvedResponseType } of cut.lookupService(name).methodsArray) {
          for (const type of [resolvedRequestType!, resolvedResponseType!]) {
            expect(Object.keys(type.fields)).toEqual(Object.keys(whole.lookupType(type.fullName).fields));
          }
        }
      }
    });
  }
});
