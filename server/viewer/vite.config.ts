import { defineConfig } from "vitest/config";

import { mockServer } from "./tests/mock";

/** Address of a running `lucdau serve` that `npm run dev` shows. */
const server = process.env["LUCDAU_SERVER"] ?? "http://127.0.0.1:8080";
const routes = ["layers", "styles", "fonts", "tiles", "vector", "raster", "search", "sql", "analyses", "jobs", "events"];

export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: mode === "mock" ? [mockServer()] : [],
  build: {
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: ["index.html", "embed.html"],
      output: { manualChunks: { maplibre: ["maplibre-gl"] } },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: mode === "mock" ? {} : Object.fromEntries(routes.map((route) => [`/${route}`, server])),
  },
  preview: { host: "127.0.0.1" },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
}));
