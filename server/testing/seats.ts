import type { PolicyRules } from "#server/domain/policy.ts";
import { activateRequest, createLicense, createRuntime, type TestTenant } from "./fixtures.ts";
import { TestClock } from "./test-clock.ts";

/** A license with seats, a device, and a hand at its pool with a clock of its own. */
export async function createSeats(appUrl: string, tenant: TestTenant, change: Partial<PolicyRules>) {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(appUrl, clock);
  const license = await createLicense(own, tenant, { activationsMax: null, ...change });
  const devices = new Map<string, string>();
  async function device(name: string): Promise<string> {
    const known = devices.get(name);
    if (known !== undefined) return known;
    const decision = await own.activations.activate(
      tenant.tenantId,
      activateRequest(license.licenseKey, name),
    );
    if (decision.outcome === "denied") throw new Error(decision.code);
    devices.set(name, decision.value.activationId);
    return decision.value.activationId;
  }
  const binding = { nonce: "n".repeat(16), requestHash: "r".repeat(43), correlationId: "cor_lease" };
  return {
    ...license,
    clock,
    device,
    async checkout(
      holder: string,
      options: { group?: string; borrowSeconds?: number; device?: string } = {},
    ) {
      const { device: name = holder, ...rest } = options;
      const activationId = await device(name);
      const decision = await own.leases.checkout(tenant.tenantId, {
        activationId,
        holder,
        ...rest,
        ...binding,
      });
      return decision.outcome === "granted" ? decision.value : decision;
    },
    async heartbeat(holder: string, leaseId: string, fence: number) {
      const activationId = await device(holder);
      const decision = await own.leases.heartbeat(tenant.tenantId, {
        leaseId,
        activationId,
        fence,
        ...binding,
      });
      return decision.outcome === "granted" ? decision.value : decision;
    },
    async release(holder: string, leaseId: string, fence: number) {
      const activationId = await device(holder);
      const correlationId = "cor_release";
      return own.leases.release(tenant.tenantId, { leaseId, activationId, fence, correlationId });
    },
    resize: (rules: Partial<PolicyRules>) =>
      own.database.withTenant(tenant.tenantId, async (tx) => {
        const where = { tenantId_id: { tenantId: tenant.tenantId, id: license.id } };
        await tx.license.update({ where, data: { effective: { ...license.rules, ...rules } } });
        await tx.$executeRaw`SELECT resize_pools(${tenant.tenantId}::uuid, ARRAY[${license.id}::uuid], ${clock.now()})`;
      }),
    close: () => own.close(),
  };
}

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof createSeats>>["checkout"]>>;

export function held(answer: Answer) {
  if ("outcome" in answer) throw new Error(`denied: ${answer.code} by ${answer.rule}`);
  return answer;
}

export const code = (answer: Answer): string => ("outcome" in answer ? answer.code : "granted");
