import { runtimeApi } from "../../../_runtime-api.ts";

export {
  runtimeApi as DELETE,
  runtimeApi as GET,
  runtimeApi as HEAD,
  runtimeApi as OPTIONS,
  runtimeApi as PATCH,
  runtimeApi as POST,
  runtimeApi as PUT,
};
