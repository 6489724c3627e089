import { expect, test } from "vitest";
import { EMPTY, exampleToken, granted, inputOf, ruleError, valuesOf } from "./provider.ts";

test("what is shown in the form is what is saved, without the spaces around it", () => {
  const scopeMap = { "credits.charge": "usage:write", "credits.read": "balances:read" } as const;
  const provider = {
    issuer: "https://login.example.com/",
    jwksUrl: "https://login.example.com/keys",
    audience: "signet",
    scopeClaim: "permissions",
    scopeMap,
  };
  const values = valuesOf({ id: "idp_1", createdAt: new Date(0), ...provider });
  values.issuer = ` ${values.issuer} `;
  expect(inputOf(values)).toEqual(provider);
});

test.each([
  ["", "Enter a value"],
  ["two words", "without spaces"],
  [" one ", "above already"],
])("a second line %o is refused before it swallows the first", (value, words) => {
  const rules = [
    { value: "one", scope: "usage:write" },
    { value, scope: "balances:read" },
  ] as const;
  expect(ruleError(rules, 0)).toBeNull();
  expect(ruleError(rules, 1)).toContain(words);
});

test("the example says what the settings say", () => {
  const rules = [
    { value: "charge", scope: "usage:write" },
    { value: "bill", scope: "usage:write" },
  ] as const;
  const token = JSON.parse(exampleToken({ ...EMPTY, scopeClaim: "roles", rules: [...rules] }));
  expect(token).toMatchObject({ aud: "signet", roles: "charge bill" });
  expect(granted(rules)).toEqual(["usage:write"]);
});
