# The commands of daily work. Each does the set-up that it needs; see scripts/.
.PHONY: run test check web openapi bench faults clean

run:     ## serve page and API with demo data on http://127.0.0.1:8080
	@LISTEN="$(LISTEN)" scripts/run

test:    ## everything: format, clippy, unit, API, browser and fault tests, OpenAPI, Schemathesis
	@scripts/test

check:   ## the fast part of it: format, clippy, unit tests
	@scripts/check

web:     ## build the page into web/dist
	@scripts/setup rust page && scripts/web

openapi: ## write openapi/openapi.json from the code
	@scripts/openapi

bench:   ## measure: reads, claims, the crowd
	@scripts/bench

faults:  ## the long forms of the fault tests: a disk that fails for a minute, a storm of ten minutes
	@scripts/faults

clean:   ## remove what was built (not data/, nor the tools in the cache)
	rm -rf target web/dist
