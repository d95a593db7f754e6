BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE devices (
	id VARCHAR(32) NOT NULL, 
	school_id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	name TEXT NOT NULL, 
	person_id VARCHAR(32), 
	"group" TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_devices PRIMARY KEY (id), 
	CONSTRAINT fk_devices_person_id FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE SET NULL, 
	CONSTRAINT fk_devices_school_id FOREIGN KEY(school_id) REFERENCES schools (id), 
	CONSTRAINT uq_devices_address UNIQUE (address)
);
INSERT INTO "devices" VALUES('d1',1,'10.0.0.7','Tablet 7','p1','');
INSERT INTO "devices" VALUES('d2',1,'10.0.0.8','Library',NULL,'secondary');
CREATE TABLE events (
	id CHAR(32) NOT NULL, 
	school_id INTEGER NOT NULL, 
	reference VARCHAR(9) NOT NULL, 
	at DATETIME NOT NULL, 
	last DATETIME NOT NULL, 
	count INTEGER NOT NULL, 
	person TEXT NOT NULL, 
	device TEXT NOT NULL, 
	address TEXT NOT NULL, 
	"group" TEXT NOT NULL, 
	method TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	host TEXT NOT NULL, 
	hosts TEXT NOT NULL, 
	category TEXT NOT NULL, 
	categories TEXT NOT NULL, 
	themes TEXT NOT NULL, 
	severity INTEGER NOT NULL, 
	action TEXT NOT NULL, 
	flagged BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	list TEXT NOT NULL, 
	artefact TEXT NOT NULL, 
	policy_version TEXT NOT NULL, 
	sealed BLOB NOT NULL, 
	reviewed BOOLEAN DEFAULT false NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (id), 
	CONSTRAINT fk_events_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "events" VALUES('019c8a5e12347abc8def0123456789ab',1,'K7QF-3MZD','2026-03-04 10:30:00.000000','2026-03-04 10:30:00.000000',1,'p1','d1','10.0.0.7','primary','device','web','search','search.example','|search.example|','','','|low-mood:3|',3,'block',1,'what was typed or shown','Words','','a1','v1',X'00FF53',1);
INSERT INTO "events" VALUES('019c8a5f12347abc8def0123456789ac',1,'K7QF-3MZF','2026-03-04 10:31:00.000000','2026-03-04 10:35:00.000000',12,'','','10.0.9.9','unidentified','none','dns','','casino.example','|casino.example|dice.example|','gambling','|gambling|','',0,'block',0,'a rule applied','No gambling','starter','a1','v1',X'00FF53',0);
CREATE TABLE generation (
	id INTEGER NOT NULL, 
	number BIGINT NOT NULL, 
	CONSTRAINT pk_generation PRIMARY KEY (id)
);
INSERT INTO "generation" VALUES(1,9);
CREATE TABLE networks (
	cidr TEXT NOT NULL, 
	school_id INTEGER NOT NULL, 
	"group" TEXT NOT NULL, 
	CONSTRAINT pk_networks PRIMARY KEY (cidr), 
	CONSTRAINT fk_networks_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "networks" VALUES('10.0.0.0/16',1,'secondary');
CREATE TABLE overlay_entries (
	id INTEGER NOT NULL, 
	school_id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	action TEXT NOT NULL, 
	groups TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	added_by TEXT NOT NULL, 
	added_at DATETIME NOT NULL, 
	removed_by TEXT, 
	removed_at DATETIME, 
	CONSTRAINT pk_overlay_entries PRIMARY KEY (id), 
	CONSTRAINT fk_overlay_entries_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "overlay_entries" VALUES(1,1,'games.example','block','|primary|','Asked for by Year 4','lead@school.example','2026-03-01 09:00:00.000000',NULL,NULL);
CREATE TABLE people (
	id VARCHAR(32) NOT NULL, 
	school_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	"group" TEXT NOT NULL, 
	reference TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_people PRIMARY KEY (id), 
	CONSTRAINT fk_people_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "people" VALUES('p1',1,'Ada Example','primary','A-1');
INSERT INTO "people" VALUES('p2',1,'Zoë O''Hara','secondary','');
CREATE TABLE refused_records (
	spool VARCHAR(32) NOT NULL, 
	position BIGINT NOT NULL, 
	record BLOB NOT NULL, 
	said TEXT NOT NULL, 
	CONSTRAINT pk_refused_records PRIMARY KEY (spool, position)
);
INSERT INTO "refused_records" VALUES('s1',7,X'00FF53','ValueError');
CREATE TABLE reviews (
	id INTEGER NOT NULL, 
	school_id INTEGER NOT NULL, 
	event_id CHAR(32) NOT NULL, 
	staff_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	outcome TEXT NOT NULL, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_reviews PRIMARY KEY (id), 
	CONSTRAINT fk_reviews_event_id FOREIGN KEY(event_id) REFERENCES events (id) ON DELETE CASCADE, 
	CONSTRAINT fk_reviews_school_id FOREIGN KEY(school_id) REFERENCES schools (id), 
	CONSTRAINT fk_reviews_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);
INSERT INTO "reviews" VALUES(1,1,'019c8a5e12347abc8def0123456789ab',1,'2026-03-04 11:00:00.000000','acted','Spoke with her.');
CREATE TABLE schools (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_schools PRIMARY KEY (id)
);
INSERT INTO "schools" VALUES(1,'Hill School');
CREATE TABLE setup_tokens (
	hash TEXT NOT NULL, 
	school_id INTEGER NOT NULL, 
	staff_id INTEGER, 
	expires DATETIME NOT NULL, 
	used_at DATETIME, 
	CONSTRAINT pk_setup_tokens PRIMARY KEY (hash), 
	CONSTRAINT fk_setup_tokens_school_id FOREIGN KEY(school_id) REFERENCES schools (id), 
	CONSTRAINT fk_setup_tokens_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);
INSERT INTO "setup_tokens" VALUES('abc',1,1,'2026-03-02 08:00:00.000000',NULL);
CREATE TABLE spool_positions (
	spool VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	CONSTRAINT pk_spool_positions PRIMARY KEY (spool)
);
INSERT INTO "spool_positions" VALUES('s1','proxy-0',41);
CREATE TABLE staff (
	id INTEGER NOT NULL, 
	school_id INTEGER NOT NULL, 
	email TEXT NOT NULL, 
	name TEXT NOT NULL, 
	password TEXT NOT NULL, 
	active BOOLEAN NOT NULL, 
	fs_uniquifier TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_login_at DATETIME, 
	current_login_at DATETIME, 
	last_login_ip TEXT, 
	current_login_ip TEXT, 
	login_count INTEGER, 
	tf_primary_method TEXT, 
	tf_totp_secret TEXT, 
	mf_recovery_codes JSON, 
	CONSTRAINT pk_staff PRIMARY KEY (id), 
	CONSTRAINT fk_staff_school_id FOREIGN KEY(school_id) REFERENCES schools (id), 
	CONSTRAINT uq_staff_email UNIQUE (email), 
	CONSTRAINT uq_staff_fs_uniquifier UNIQUE (fs_uniquifier)
);
INSERT INTO "staff" VALUES(1,1,'lead@school.example','Lee Lead','a hash',1,'u1','|lead|','2026-03-01 08:00:00.000000',NULL,NULL,NULL,NULL,3,NULL,NULL,'["one", "two"]');
CREATE TABLE tallies (
	hour DATETIME NOT NULL, 
	category TEXT NOT NULL, 
	writer TEXT NOT NULL, 
	school_id INTEGER NOT NULL, 
	count INTEGER NOT NULL, 
	CONSTRAINT pk_tallies PRIMARY KEY (hour, category, writer), 
	CONSTRAINT fk_tallies_school_id FOREIGN KEY(school_id) REFERENCES schools (id)
);
INSERT INTO "tallies" VALUES('2026-03-04 10:00:00.000000','adverts','w1',1,40);
CREATE INDEX ix_people_name ON people (name);
CREATE INDEX ix_people_school_id ON people (school_id);
CREATE INDEX ix_devices_person_id ON devices (person_id);
CREATE INDEX ix_devices_school_id ON devices (school_id);
CREATE INDEX ix_networks_school_id ON networks (school_id);
CREATE INDEX ix_staff_school_id ON staff (school_id);
CREATE INDEX ix_setup_tokens_school_id ON setup_tokens (school_id);
CREATE INDEX ix_setup_tokens_staff_id ON setup_tokens (staff_id);
CREATE INDEX ix_overlay_entries_address ON overlay_entries (address);
CREATE INDEX ix_overlay_entries_school_id ON overlay_entries (school_id);
CREATE INDEX ix_events_flagged_reviewed_id ON events (flagged, reviewed, id);
CREATE INDEX ix_events_person_id ON events (person, id);
CREATE INDEX ix_events_reference ON events (reference);
CREATE INDEX ix_reviews_event_id ON reviews (event_id);
CREATE INDEX ix_reviews_school_id ON reviews (school_id);
CREATE INDEX ix_reviews_staff_id ON reviews (staff_id);
CREATE INDEX ix_tallies_school_id ON tallies (school_id);
COMMIT;
